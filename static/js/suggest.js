// Offers what the text in a search box may become: an ARIA combobox with a list of addresses.
(() => {
  "use strict";
  const WAIT = 150;

  document.querySelectorAll("input[data-suggest]").forEach((input) => {
    const list = document.createElement("ul");
    const status = document.createElement("div");
    let addresses = [], active = -1, timer = 0, request = null;

    list.id = input.id + "-list";
    list.className = "offers";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.labels[0].textContent);
    status.className = "vh";
    status.setAttribute("role", "status");
    input.after(list, status);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    Object.entries(roles).forEach(([name, value]) => input.setAttribute(name, value));

    const choose = (number) => {
      active = number;
      [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === active)));
      if (active < 0) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    };
    const stop = () => {
      clearTimeout(timer);
      request?.abort();
    };
    const close = () => {
      stop();
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    };
    const piece = (text, lang) => {
      const span = document.createElement("span");
      span.textContent = text;
      if (lang) span.lang = lang;
      return span;
    };
    const option = ({ text, before, note, lang }, place) => {
      const item = document.createElement("li");
      item.id = list.id + place;
      item.setAttribute("role", "option");
      const behind = document.createElement("small");
      behind.append(before, before && note ? " " : "", piece(note, lang));
      item.append(piece(text, note ? "" : lang), " ", behind);
      return item;
    };
    const show = (answer) => {
      addresses = answer.options.map((each) => each.url);
      list.replaceChildren(...answer.options.map(option));
      choose(-1);
      status.textContent = answer.status;
      list.hidden = !addresses.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    };
    const ask = () => {
      const text = input.value.trim();
      if (!text) return close();
      request = new AbortController();
      fetch(input.dataset.suggest + "?" + new URLSearchParams({ q: text }), { signal: request.signal })
        .then((answer) => (answer.ok ? answer.json() : { options: [], status: "" }))
        .then((answer) => document.activeElement === input && show(answer))
        .catch(() => {});
    };
    const keys = {
      ArrowDown: () => choose(active + 1 < addresses.length ? active + 1 : -1),
      ArrowUp: () => choose(active < 0 ? addresses.length - 1 : active - 1),
      Enter: () => location.assign(addresses[active]),
      Escape: close,
    };

    // While characters are being composed, as pinyin into Chinese, neither this list nor the form
    // hears of it; the finished text is told as one input.
    addEventListener("input", (event) => {
      if (event.target !== input) return;
      stop();
      if (event.isComposing) return event.stopImmediatePropagation();
      timer = setTimeout(ask, WAIT);
    }, true);
    input.addEventListener("compositionend", () => {
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      // Without a choice Enter sends the form.
      if (event.key === "Enter" && active < 0) return close();
      if (list.hidden) {
        if (event.key !== "ArrowDown") return;
        ask();
      } else if (event.key in keys) keys[event.key]();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
    // Before the box would lose the focus and close the list.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("mousedown", (event) => event.preventDefault());
    const placeOf = (event) => [...list.children].indexOf(event.target.closest("[role=option]"));
    list.addEventListener("pointermove", (event) => placeOf(event) !== active && choose(placeOf(event)));
    list.addEventListener("click", (event) => {
      if (placeOf(event) >= 0) location.assign(addresses[placeOf(event)]);
    });
  });
})();
