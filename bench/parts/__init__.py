"""One module for each part; `run(bench)` measures and returns a `report.Result`."""
