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

  // Django writes "Date:" and "Time:" before the fields of an instant, as text and not as labels.
  const nameHalf = (field) => {
    const name = field.previousSibling?.textContent.trim().replace(/[:：]$/, "");
    if (name && !field.hasAttribute("aria-label")) field.setAttribute("aria-label", name);
  };

  const nameAll = () => {
    document.querySelectorAll("select.select2-hidden-accessible").forEach(nameBox);
    document.querySelectorAll(".datetime > input").forEach(nameHalf);
  };

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

  // Scripts in the head have asked jQuery for the boxes by now; what is asked last is done last.
  window.django?.jQuery?.(nameAll);
  addEventListener("load", begin);
  document.addEventListener("formset:added", () => setTimeout(nameAll));
}
