// Reports that this page is being read, and keeps the numbers of views on it fresh.
(() => {
  const page = document.documentElement;
  const item = document.currentScript.dataset.item;
  const number = new Intl.NumberFormat(page.lang || "en");
  const marks = () => [...document.querySelectorAll("[data-pv]")];
  const show = (numbers) =>
    marks().forEach((mark) => {
      if (mark.dataset.pv in numbers) mark.textContent = number.format(numbers[mark.dataset.pv]);
    });
  const read = () => {
    const wanted = [...new Set(marks().map((mark) => mark.dataset.pv))].slice(0, 100);
    if (wanted.length)
      fetch("/v?ids=" + wanted).then((answer) => (answer.ok ? answer.json() : {})).then(show, () => {});
  };
  const report = (retry) => {
    const query = new URLSearchParams({ l: page.lang.toLowerCase() });
    const from = document.referrer && new URL(document.referrer).host;
    if (from && from !== location.host) query.set("f", from);
    if (navigator.webdriver) query.set("w", 1);
    const address = "/v/" + item + "?" + query;
    if (!("keepalive" in Request.prototype)) return navigator.sendBeacon(address);
    fetch(address, { method: "POST", keepalive: true })
      .then((answer) => {
        if (answer.status > 499) throw answer;
        if (answer.status === 200) return answer.json().then(({ n }) => show({ [item]: n }));
      })
      .catch(() => retry && setTimeout(report, 2000));
  };
  const look = () => {
    if (document.prerendering) document.addEventListener("prerenderingchange", look, { once: true });
    else if (document.hidden) document.addEventListener("visibilitychange", look, { once: true });
    else {
      if (item) report(true);
      // After two seconds the view of this reader is part of the number.
      setTimeout(read, item ? 2000 : 0);
    }
  };
  look();
  addEventListener("pageshow", (event) => event.persisted && look());
  document.addEventListener("htmx:afterSettle", read);
})();
