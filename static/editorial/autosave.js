// Sends what is typed to the portal every few seconds, asks who else is here, and sees to it that
// nothing typed is sent into the void after a session has ended.
document.addEventListener("DOMContentLoaded", () => {
  const line = document.querySelector("[data-autosave]");
  const form = line?.closest("form");
  if (!form) return;
  const address = line.dataset.autosave;
  const presence = document.querySelector("[data-presence]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  const undecided = document.querySelector("[data-offer]");
  const [PAUSE, RETRY, PULSE] = [2000, 10000, 30000];
  let touched = false;
  let kept = "";
  let before = "";
  let signedOut = false;
  let running = null;
  let heard = Date.now();
  // Saving clears what was kept: nothing may be sent behind its back.
  let leaving = false;

  const written = () => {
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };
  const text = (data) => new URLSearchParams(data).toString();
  const tell = (sentence) => { if (line.textContent !== sentence) line.textContent = sentence; };

  const hear = async (answer) => {
    heard = Date.now();
    signedOut = answer.redirected || answer.status === 403;
    if (signedOut) return tell(line.dataset.signedOut), false;
    if (!answer.headers.get("Content-Type")?.includes("json")) return tell(line.dataset.lost), false;
    const told = await answer.json();
    if (told.token) token.value = told.token;
    if (told.said) tell(told.said);
    if (presence && "others" in told) {
      presence.textContent = told.others;
      presence.hidden = !told.others;
    }
    return answer.ok;
  };
  const lost = () => { heard = Date.now(); tell(line.dataset.lost); return false; };
  const ask = () => fetch(address).then(hear).catch(lost);

  const keep = () => {
    if (running || leaving) return running;
    const data = written();
    const now = text(data);
    data.set("csrfmiddlewaretoken", token.value);
    running = fetch(address, { method: "POST", body: data })
      .then(hear)
      .then((done) => { if (done) kept = now; return done; })
      .catch(lost)
      .finally(() => { running = null; });
    return running;
  };

  // What scripts do to fields while the page opens is nothing that anybody typed.
  const begin = (event) => {
    if (touched || !event.isTrusted) return;
    touched = true;
    before = text(written());
    // Dictated or filled in by the browser: it stands there already and is not kept yet.
    kept = event.type === "input" ? "" : before;
  };
  for (const kind of ["keydown", "pointerdown", "paste", "drop", "input"]) {
    document.addEventListener(kind, begin, { capture: true });
  }

  setInterval(() => {
    if (signedOut) return Date.now() - heard > RETRY && ask();
    if (touched && line.dataset.keeps) {
      const now = text(written());
      const still = now === before;
      before = now;
      if (now !== kept && undecided) return tell(line.dataset.waits);
      if (now !== kept && still) return keep();
    }
    if (!document.hidden && Date.now() - heard > PULSE) ask();
  }, PAUSE);

  document.addEventListener("visibilitychange", () => {
    if (document.hidden && touched && line.dataset.keeps && !undecided && text(written()) !== kept) keep();
  });

  // A save that would meet the sign-in page is held back, one that would overtake what is just being
  // kept waits for it; everything else goes its way.
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    const known = Date.now() - heard < PAUSE && !signedOut;
    if (leaving || (known && !running)) {
      leaving = true;
      return;
    }
    event.preventDefault();
    await running;
    if (!known) await ask();
    if (signedOut) return line.scrollIntoView({ block: "center" });
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  // Back at the form by the browser's own way.
  window.addEventListener("pageshow", () => { leaving = false; });
});
