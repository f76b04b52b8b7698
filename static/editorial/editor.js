// Gives each text editor the name and the language of the field that it stands for.
document.addEventListener("DOMContentLoaded", () => {
  const name = () => {
    for (const box of document.querySelectorAll(".prose-editor [role=textbox]:not([aria-labelledby])")) {
      const field = box.closest(".prose-editor").querySelector("textarea");
      const label = field && document.querySelector(`label[for="${field.id}"]`);
      if (!label) continue;
      label.id = label.id || `${field.id}_label`;
      box.setAttribute("aria-labelledby", label.id);
      box.setAttribute("aria-multiline", "true");
      if (field.lang) box.lang = field.lang;
    }
  };
  // The editor's buttons speak English only; the admin's catalogue knows the words.
  const say = () => {
    for (const button of document.querySelectorAll(".prose-editor [title]:not([data-said])")) {
      button.dataset.said = "";
      button.title = gettext(button.title);
      if (button.ariaLabel) button.ariaLabel = gettext(button.ariaLabel);
    }
  };
  new MutationObserver(() => { name(); if (window.gettext) say(); }).observe(document.body, { childList: true, subtree: true });
  name();
  if (window.gettext) say();
});
