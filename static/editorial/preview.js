// The preview follows the form: it is asked for anew shortly after each change, the cursor stays
// where it is, and an answer that newer typing has overtaken is dropped.
document.addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector("[data-preview]");
  const form = panel && document.getElementById(panel.dataset.form);
  if (!form) return;
  const PAUSE = 350;
  const LONGEST = 800;
  const frame = panel.querySelector("iframe");
  const said = panel.querySelector("[role=status]");
  const toggle = panel.querySelector("[data-toggle]");
  const choices = panel.querySelector("[data-choices]");
  let language = panel.dataset.language;
  let shown = "";
  let running = null;
  let timer = 0;
  let since = 0;

  const say = (text) => { said.textContent = text; said.hidden = !text; };

  const put = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const idle of page.querySelectorAll("script, noscript")) idle.remove();
    // Links open nothing: the sandbox allows no new window, and the frame stays where it is.
    for (const link of page.querySelectorAll("a[href], form")) link.target = "_blank";
    const there = frame.contentDocument;
    if (shown === language && there?.body) {
      there.body.replaceWith(there.adoptNode(page.body));
      return;
    }
    shown = language;
    frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
  };

  const show = async () => {
    since = 0;
    running?.abort();
    const own = (running = new AbortController());
    const data = new FormData(form);
    data.set("preview_language", language);
    try {
      const answer = await fetch(panel.dataset.url, { method: "POST", body: data, signal: own.signal });
      if (answer.redirected) return say(panel.dataset.signedOut);
      if (!answer.ok) return say(panel.dataset.away);
      const html = await answer.text();
      if (own.signal.aborted) return;
      say("");
      put(html);
    } catch (error) {
      if (error.name !== "AbortError") say(panel.dataset.away);
    }
  };

  const isOpen = () => panel.classList.contains("open");
  const soon = () => {
    if (!isOpen()) return;
    since ||= Date.now();
    clearTimeout(timer);
    timer = setTimeout(show, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  };
  const press = (kind, value) => {
    for (const button of choices.querySelectorAll(`[data-${kind}]`)) {
      button.ariaPressed = String(button.dataset[kind] === value);
    }
  };
  const open = (wanted) => {
    panel.classList.toggle("open", wanted);
    toggle.ariaExpanded = String(wanted);
    frame.hidden = choices.hidden = !wanted;
    if (wanted) show();
    else shown = "";
  };

  toggle.hidden = false;
  toggle.addEventListener("click", () => open(!isOpen()));
  choices.addEventListener("click", (event) => {
    const chosen = event.target.closest("button")?.dataset;
    if (chosen?.language) {
      language = chosen.language;
      press("language", language);
      show();
    } else if (chosen?.width) {
      press("width", chosen.width);
      frame.classList.toggle("phone", chosen.width === "phone");
      frame.classList.toggle("desktop", chosen.width !== "phone");
    }
  });
  press("language", language);
  for (const link of document.querySelectorAll('a[href="#preview"]')) {
    link.addEventListener("click", (event) => { event.preventDefault(); open(true); toggle.focus(); });
  }
  for (const name of ["input", "change", "formset:added", "formset:removed"]) {
    document.addEventListener(name, (event) => { if (!panel.contains(event.target)) soon(); });
  }
  // The choosers of related rows tell of their changes through jQuery alone.
  window.django?.jQuery?.(form).on("change", soon);
});
