// The clocks of both home cities beside an instant, as it is typed; and the second language's
// instants step aside where both languages have the same.
document.addEventListener("DOMContentLoaded", () => {
  const LANGUAGE = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  const inZone = (zone, instant, options) =>
    new Intl.DateTimeFormat(LANGUAGE, { timeZone: zone, ...options }).format(instant);
  const parts = (zone, instant) => {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    });
    return Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
  };
  const asUtc = (zone, instant) => {
    const p = parts(zone, instant);
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute);
  };
  // The instant of a local time, or null where the clocks skip it.
  const instantOf = (zone, day, time) => {
    const local = Date.parse(`${day}T${time}Z`);
    if (Number.isNaN(local)) return undefined;
    let instant = local;
    for (let turn = 0; turn < 3; turn += 1) instant += local - asUtc(zone, instant);
    return asUtc(zone, instant) === local ? instant : null;
  };

  for (const line of document.querySelectorAll("[data-clocks]")) {
    const cities = [...line.querySelectorAll("data")];
    const [day, time] = line.parentElement.querySelectorAll("input");
    if (!time || !cities.length) continue;
    let known = "";
    const tell = () => {
      const typed = `${day.value.trim()} ${time.value.trim().slice(0, 5)}`;
      if (typed === known) return;
      known = typed;
      const instant = instantOf(line.dataset.zone, ...typed.split(" "));
      if (instant === undefined) return line.replaceChildren(...cities);
      if (instant === null) return line.replaceChildren(line.dataset.missing, ...cities);
      const days = new Set(cities.map((city) => inZone(city.value, instant, { dateStyle: "short" })));
      const said = cities.map((city) => {
        const date = days.size > 1 ? `${inZone(city.value, instant, { month: "long", day: "numeric" })} ` : "";
        return `${city.dataset.city} ${date}${inZone(city.value, instant, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
      });
      line.replaceChildren(said.join(" · "), ...cities);
    };
    // The calendar and the clock of the admin set values without an event.
    for (const name of ["input", "change", "focusin", "focusout", "click"]) line.parentElement.addEventListener(name, tell);
    setInterval(tell, 1000);
    tell();
  }

  const same = document.querySelector("input[name=same_instants]");
  const box = same?.closest("fieldset");
  const follow = () => {
    for (const name of ["at", "embargo", "expire"]) {
      box.querySelector(`.fieldBox.field-${name}_zh_hans`)?.parentElement.classList.toggle("follows", same.checked);
    }
  };
  if (box) {
    same.addEventListener("change", follow);
    follow();
  }
});
