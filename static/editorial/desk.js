"use strict";
// On every page of the desk.
{
  // Select2 puts a box in the place of a field; the label still names the field that is hidden.
  const nameOf = (field) => field.getAttribute("aria-label") || field.labels[0]?.textContent || "";

  const nameBox = (field) => {
    const box = field.nextElementSibling;
    const name = nameOf(field).trim().replace(/[:：]$/, "");
    if (!name || !box?.classList.contains("select2") || box.dataset.named) return;
    box.dataset.named = "1";
    const words = Object.assign(document.createElement("span"), { textContent: name, hidden: true });
    words.id = `${field.id}-named`;
    box.append(words);
    for (const part of box.querySelectorAll("[role=combobox], [role=textbox], input")) {
      const shown = part.getAttribute("aria-labelledby") || "";
      part.setAttribute("aria-labelledby", `${words.id} ${shown}`.trim());
    }
  };

  const nameAll = () => document.querySelectorAll("select.select2-hidden-accessible").forEach(nameBox);

  // A form begins at what was refused; a new one at its first field, not at the buttons above it.
  const begin = () => {
    const main = document.getElementById("content");
    const refused = main?.querySelector(
      ".errors :is(input:not([type=hidden]), select, textarea), [aria-invalid=true]",
    );
    const buttons = document.activeElement?.closest(".submit-row");
    const first = "fieldset :is(input:not([type=hidden]), select, textarea)";
    if (refused) {
      refused.closest("details")?.setAttribute("open", "");
      refused.focus();
    } else if (buttons) buttons.closest("form").querySelector(first)?.focus();
  };

  addEventListener("load", () => {
    nameAll();
    begin();
  });
  document.addEventListener("formset:added", () => setTimeout(nameAll));
}
