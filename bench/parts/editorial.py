"""How long an editor waits where a text is very long or has been saved very often."""

import json

from bench import servers
from bench.report import Result, Table, Target

DATABASE = "editorial"


def run(bench):
    postgres = bench.databases.environment(DATABASE)
    bench.databases.create(DATABASE)
    folder = bench.folder / "editorial"
    folder.mkdir()
    sqlite = postgres | {"PORTAL_VAR": str(folder)}
    del sqlite["DATABASE_URL"]
    taken = {
        name: figures(environment)
        for name, environment in (("PostgreSQL", postgres), ("SQLite", sqlite))
    }
    steps = list(taken["SQLite"])
    young, old = (step for step in steps if step.startswith("open the form"))
    for step in steps:
        bench.say(f"  {step}: " + ", ".join(f"{one[step]:.2f} s" for one in taken.values()))
    return Result(
        "editorial",
        "One editor, one request after another, through the admin with all its middleware; "
        "the median of three.",
        [
            Table(
                "",
                ["", *(f"{name}, s" for name in taken)],
                [[step, *(one[step] for one in taken.values())] for step in steps],
            )
        ],
        [
            *(
                Target(f"{step}, {name}, s", one[step], "<=", 1)
                for name, one in taken.items()
                for step in steps
            ),
            *(
                Target(f"{old}, {name}, in forms of a new one", one[old] / one[young], "<=", 1.5)
                for name, one in taken.items()
            ),
        ],
    )


def figures(environment):
    told = servers.run(
        [servers.BIN / "python", "bench/editorial_speed.py"], environment=environment
    )
    return json.loads(told.strip().splitlines()[-1])
