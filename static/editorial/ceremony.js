// Adds a row to the ceremony recorder without a way to the server; the buttons work without it too.
document.querySelectorAll("[data-rows]").forEach((part) => {
  const name = part.dataset.rows;
  const total = part.querySelector(`[name="${name}-TOTAL_FORMS"]`);
  const template = part.querySelector("template");
  part.querySelector("button[name=more]").addEventListener("click", (event) => {
    event.preventDefault();
    const number = Number(total.value);
    const row = template.content.firstElementChild.cloneNode(true);
    row.innerHTML = row.innerHTML
      .replaceAll("__prefix__", number)
      .replaceAll("__number__", number + 1);
    total.value = number + 1;
    template.before(row);
    // The admin's own scripts make choosers of the new fields.
    const detail = { formsetName: name };
    row.dispatchEvent(new CustomEvent("formset:added", { bubbles: true, detail }));
    row.querySelector("input:not([type=hidden]), select, textarea").focus();
  });
});
