(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => document.querySelectorAll(selector);

  // Controls that only work with script wait in templates, with their words already in the page's language.
  all("template[data-tools]").forEach((template) => template.replaceWith(template.content));

  // Appearance
  const storedTheme = () => {
    try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
  };
  const themes = all("[data-theme-choice]");
  const showTheme = (choice) => {
    if (choice === "auto") delete root.dataset.theme;
    else root.dataset.theme = choice;
    themes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice)));
  };
  themes.forEach((button) => button.addEventListener("click", () => {
    const choice = button.dataset.themeChoice;
    try {
      if (choice === "auto") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {}
    showTheme(choice);
  }));
  if (themes.length) showTheme(storedTheme());
  addEventListener("storage", (event) => { if (event.key === "theme") showTheme(storedTheme()); });

  // Text size
  const sizes = all("[data-size-choice]");
  const showSize = (choice) => {
    if (choice) root.dataset.size = choice;
    else delete root.dataset.size;
    sizes.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.sizeChoice === choice)));
  };
  sizes.forEach((button) => button.addEventListener("click", () => {
    const choice = button.dataset.sizeChoice;
    try { localStorage.setItem("size", choice); } catch {}
    showSize(choice);
  }));
  showSize(root.dataset.size || "");

  // Copy link and print
  const copyText = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    if (!copied) throw new Error("copy refused");
  };
  all("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    const word = button.querySelector("[role=status]");
    const before = word.textContent;
    try { await copyText(button.dataset.copy); } catch { return; }
    word.textContent = button.dataset.done;
    setTimeout(() => { word.textContent = before; }, 2500);
  }));
  all("[data-print]").forEach((button) => button.addEventListener("click", () => print()));

  // Media on request: nothing is fetched from the other host before the reader asks.
  all("a.embed[data-embed]").forEach((link) => {
    if (!/^https:\/\/(www\.youtube-nocookie|player\.vimeo|player\.bilibili|v\.qq)\.com\//.test(link.dataset.embed)) return;
    link.setAttribute("role", "button");
    const play = (event) => {
      event.preventDefault();
      const frame = document.createElement("iframe");
      frame.className = "embed-frame";
      frame.title = link.dataset.title;
      frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.src = link.dataset.embed + (link.dataset.embed.includes("?") ? "&" : "?") + "autoplay=1";
      frame.tabIndex = 0;
      link.replaceWith(frame);
      frame.focus();
    };
    link.addEventListener("click", play);
    link.addEventListener("keydown", (event) => { if (event.key === " ") play(event); });
  });

  // While an answer is on its way the old results fade; the sheet waits 200 ms before it shows.
  const busy = (state) => () => {
    const results = document.getElementById("results");
    if (results) results.setAttribute("aria-busy", state);
  };
  addEventListener("htmx:beforeRequest", busy("true"));
  addEventListener("htmx:afterRequest", busy("false"));

  // The same picture in a row and in its release moves from one page to the other. A name may occur once per page.
  const named = new Set();
  all("[data-shared]").forEach((picture) => {
    const name = "picture-" + picture.dataset.shared;
    if (named.has(name)) return;
    named.add(name);
    picture.style.viewTransitionName = name;
  });
})();
