// Comments are sent without leaving the form, so that nothing typed there is lost; and a link to a
// field opens what hides it and puts the cursor there.
document.addEventListener("submit", async (event) => {
  const panel = event.target.closest("[data-comments]");
  if (!panel) return;
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { "X-Requested-With": "fetch" },
  }).catch(() => null);
  if (!answer || !answer.ok) return HTMLFormElement.prototype.submit.call(form);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-comments]");
  if (!fresh) return HTMLFormElement.prototype.submit.call(form);
  panel.replaceWith(fresh);
  fresh.querySelector("textarea")?.focus();
});

const goToField = () => {
  const name = location.hash.match(/^#id_(\w+)$/)?.[1];
  const field = name && document.getElementById(`id_${name}`);
  if (!field) return;
  const box = field.closest(".fieldBox, .form-row") || field;
  box.closest("details")?.setAttribute("open", "");
  box.scrollIntoView({ block: "center" });
  const editor = box.querySelector(".ProseMirror[contenteditable=true]");
  (editor || field).focus({ preventScroll: true });
};
addEventListener("hashchange", goToField);
addEventListener("load", goToField);
