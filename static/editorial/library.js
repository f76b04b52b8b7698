// What staff's text editor has beyond the package: pictures and videos of the library, links
// within the site, and a paste that keeps structure and says what it left out.
import { Extension, Node, Plugin, crel, mergeAttributes, updateAttrsDialog } from "django-prose-editor/editor";

const desk = `${location.pathname.split("/admin/")[0]}/admin/`;

// A dialog with a search; resolves to the item chosen, or to null.
const choose = (editor, kind, title, words) => new Promise((resolve) => {
  const list = crel("ul", { className: "chooser-list" });
  const search = crel("input", { type: "search", "aria-label": words.search, placeholder: words.search });
  const cancel = crel("button", { type: "button", textContent: words.cancel });
  const dialog = crel("dialog", { className: "prose-editor-dialog chooser", "aria-label": title }, [
    crel("h3", { textContent: title }), search, list, cancel,
  ]);
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const language = editor.view.dom.lang === "zh-Hans" ? "zh-hans" : "en";
    const answer = await fetch(`${desk}choose/${kind}/?${new URLSearchParams({ q: search.value, language })}`);
    const items = answer.ok ? (await answer.json()).items : [];
    if (mine !== asked) return;
    list.replaceChildren(...items.map((item) => {
      const button = crel("button", { type: "button" }, [
        ...(item.preview ? [crel("img", { src: item.preview, alt: "" })] : []),
        crel("span", {}, [crel("b", { textContent: item.title }), ` ${item.detail}`]),
      ]);
      button.addEventListener("click", () => { resolve(item); dialog.close(); });
      return crel("li", {}, [button]);
    }));
    if (!items.length) list.append(crel("li", { textContent: words.none }));
  };
  let waiting;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 200); });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); ask(); } });
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); resolve(null); });
  document.body.append(dialog);
  dialog.showModal();
  ask();
});

const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(`data-${name}`),
  renderHTML: (attributes) => (attributes[name] ? { [`data-${name}`]: attributes[name] } : {}),
});

export const LibraryFigure = Node.create({
  name: "libraryFigure",
  group: "block",
  atom: true,
  draggable: true,

  addOptions() { return { words: {} }; },

  addAttributes() {
    return Object.fromEntries(["image", "video", "width", "alt", "caption"].map((name) => [name, attribute(name)]));
  },

  parseHTML() { return [{ tag: "figure[data-image]" }, { tag: "figure[data-video]" }]; },

  renderHTML({ HTMLAttributes }) { return ["figure", mergeAttributes(HTMLAttributes)]; },

  addNodeView() {
    const words = this.options.words;
    return ({ node, editor, getPos }) => {
      const dom = document.createElement("figure");
      dom.className = "library-figure";
      const show = ({ attrs }) => {
        dom.replaceChildren(
          ...(attrs.image ? [crel("img", { src: `/media/${attrs.image}/thumb.webp`, alt: attrs.alt || "" })] : []),
          crel("figcaption", { textContent: attrs.caption || (attrs.video ? words.video : words.picture) }),
        );
      };
      show(node);
      dom.addEventListener("dblclick", () => edit(editor, words, node.attrs, getPos()));
      return {
        dom,
        update(updated) {
          if (updated.type !== node.type) return false;
          show(updated);
          node = updated;
          return true;
        },
      };
    };
  },

  addMenuItems({ menu, buttons }) {
    const words = this.options.words;
    const define = (kind, icon, name) => menu.defineItem({
      name: `library:${kind}`,
      groups: "link",
      command: (editor) => insert(editor, kind, words),
      button: buttons.material(icon, name),
    });
    define("image", "image", words.picture);
    define("video", "movie", words.video);
  },
});

const insert = async (editor, kind, words) => {
  const item = await choose(editor, kind, kind === "image" ? words.picture : words.video, words);
  if (!item) return;
  if (kind === "video") {
    editor.chain().focus().insertContent({ type: "libraryFigure", attrs: { video: item.uid, caption: item.title } }).run();
    return;
  }
  const attrs = await ask(editor, words, {});
  if (attrs) editor.chain().focus().insertContent({ type: "libraryFigure", attrs: { ...attrs, image: item.uid } }).run();
};

const ask = async (editor, words, attrs) => {
  const answer = await updateAttrsDialog({
    alt: { type: "string", title: words.alt },
    caption: { type: "string", title: words.caption },
    width: { type: "string", title: words.width, enum: ["full", "half"] },
  }, { title: words.picture })(editor, attrs);
  return answer && { ...answer, width: answer.width === "half" ? "half" : null };
};

const edit = async (editor, words, attrs, position) => {
  if (!attrs.image) return;
  const answer = await ask(editor, words, attrs);
  if (answer) editor.chain().focus().setNodeSelection(position).updateAttributes("libraryFigure", answer).run();
};

export const SiteLink = Extension.create({
  name: "siteLink",

  addOptions() { return { words: {} }; },

  addMenuItems({ menu, buttons }) {
    const words = this.options.words;
    menu.defineItem({
      name: "siteLink",
      groups: "link",
      async command(editor) {
        const item = await choose(editor, "link", words.link, words);
        if (!item) return;
        const mark = { type: "link", attrs: { href: item.url } };
        if (editor.state.selection.empty) {
          editor.chain().focus().insertContent({ type: "text", text: item.title, marks: [mark] }).run();
        } else {
          editor.chain().focus().setMark("link", mark.attrs).run();
        }
      },
      button: buttons.material("link", words.link),
    });
  },
});

// Word and WPS write lists as paragraphs that begin with a bullet or a number, and say in a style
// to which list and level they belong. What is numbered 一、二、 are headings more often than lists:
// such paragraphs stay as they are, number included.
const PLACE = /mso-list:\s*(l\d+)\s+level(\d)/i;
const BULLET = /^[\s\u00a0]*[·•▪◦‣o§\uf000-\uf0ff\u25a0-\u25ff][\s\u00a0]+/;
const NUMBER = /^[\s\u00a0]*(?:[(（]?(\d{1,3})[.)、．）]|[(（]?[a-z][.)）])[\s\u00a0]*/i;
const CHINESE = /^[\s\u00a0]*[(（]?[一二三四五六七八九十百]+[、.)）]/;
const TYPED_BULLET = /^[\s\u00a0]*[·\uf0b7\uf0a7•]/;

const listLine = (line) => {
  const style = line.getAttribute("style") || "";
  const place = PLACE.exec(style);
  const marks = [...line.querySelectorAll("[style*='mso-list:Ignore' i], [style*='mso-list: Ignore' i]")];
  const marker = marks.map((mark) => mark.textContent).join("");
  const text = marker || line.textContent;
  if (CHINESE.test(text)) {
    marks.forEach((mark) => { mark.textContent = mark.textContent.trim(); });
    return null;
  }
  const number = NUMBER.exec(text);
  const listed = place || /mso-list|MsoListParagraph/i.test(`${style} ${line.className}`);
  if (!listed && (number || !TYPED_BULLET.test(text))) return null;
  return {
    id: place ? place[1] : "", level: place ? Number(place[2]) : 1, marks,
    tag: number ? "ol" : marker || BULLET.test(text) ? "ul" : "", number: number && number[1],
    pattern: marker ? null : number ? NUMBER : BULLET,
  };
};

const asItem = (line, { marks, pattern }) => {
  marks.forEach((mark) => mark.remove());
  const first = document.createTreeWalker(line, NodeFilter.SHOW_TEXT).nextNode();
  if (first) first.data = first.data.replace(pattern || /^[\s\u00a0]+/, "");
  const item = document.createElement("li");
  item.append(line);
  return item;
};

const listsFrom = (body) => {
  // The open lists, outermost first, each with its level and its last item.
  let open = [];
  for (const line of [...body.querySelectorAll("p")]) {
    const found = listLine(line);
    if (!found) { open = []; continue; }
    if (open.length && open[0].list.nextElementSibling !== line) open = [];
    while (open.length && open.at(-1).level > found.level) open.pop();
    const tag = found.tag || open.at(-1)?.list.localName || "ul";
    let last = open.at(-1);
    if (last?.level === found.level && (last.list.localName !== tag || last.id !== found.id)) {
      open.pop();
      last = open.at(-1);
    }
    if (!last || last.level < found.level) {
      const list = document.createElement(tag);
      if (tag === "ol" && Number(found.number) > 1) list.start = Number(found.number);
      if (last) last.item.append(list); else line.before(list);
      last = { list, level: found.level, id: found.id };
      open.push(last);
    }
    last.item = asItem(line, found);
    last.list.append(last.item);
  }
};

const rename = (element, tag) => {
  const other = document.createElement(tag);
  other.append(...element.childNodes);
  element.replaceWith(other);
};

const unwrap = (element) => element.replaceWith(...element.childNodes);

// Some programs say in a style alone what is bold or slanted, or wrap all in a <b> that is not bold.
// The attribute is read as text: the policy lets no style of such a document take effect.
const says = (element, pattern) => pattern.test(element.getAttribute("style"));

const emphasisFrom = (body) => {
  body.querySelectorAll("b[style], strong[style]").forEach((one) => {
    if (says(one, /font-weight:\s*(normal|[1-4]00)/i)) unwrap(one);
  });
  body.querySelectorAll("span[style]").forEach((one) => {
    if (says(one, /font-style:\s*italic/i) && !one.closest("i, em")) rename(one, "em");
    else if (says(one, /font-weight:\s*(bold|[6-9]00)/i) && !one.closest("b, strong, h1, h2, h3, h4, h5, h6, th")) rename(one, "strong");
  });
};

// Remarks in the margin, and what a colleague has struck out: neither is text.
const REMARKS = "del, .msocomanchor, .MsoCommentReference, [href^='#_msocom'], [style*='mso-element:comment' i]";
const MEANT_FOR_MACHINES = "script, style, iframe, object, embed, form, video, audio, button, input, select, textarea, nav, meta, link, title";
const PICTURES = "img, picture, svg";

// The structure of pasted HTML, and how much of what was left out.
export const cleaned = (html) => {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  const count = (selector) => body.querySelectorAll(selector).length;
  const dropped = {
    images: count("img, v\\:imagedata, picture:not(:has(img)), svg"),
    remarks: count("del, .msocomanchor, [href^='#_msocom']:not(.msocomanchor)"),
    objects: count("script, iframe, object, embed, form, video, audio"),
    styles: count("font, [bgcolor], [style*=color i], [style*=font-size i], [style*=font-family i], [color], [face]"),
  };
  body.querySelectorAll(REMARKS).forEach((one) => one.remove());
  listsFrom(body);
  emphasisFrom(body);
  body.querySelectorAll(MEANT_FOR_MACHINES).forEach((one) => one.remove());
  body.querySelectorAll(PICTURES).forEach((one) => {
    const around = one.closest("p");
    one.remove();
    if (around && !around.textContent.trim()) around.remove();
  });
  // Links to places within a document lead nowhere outside it.
  body.querySelectorAll("a[href^='#'], a:not([href])").forEach(unwrap);
  // A title is the headline's business: headings of a text begin with the second level.
  body.querySelectorAll("h1").forEach((one) => rename(one, "h2"));
  body.querySelectorAll("h4, h5, h6").forEach((one) => rename(one, "h3"));
  body.querySelectorAll("[style], [class], [align], [width], [height], [lang]").forEach((one) => {
    for (const name of ["style", "class", "align", "width", "height", "lang"]) one.removeAttribute(name);
  });
  return { html: body.innerHTML, dropped };
};

export const CleanPaste = Extension.create({
  name: "cleanPaste",

  addOptions() { return { words: {} }; },

  addProseMirrorPlugins() {
    const { editor, options: { words } } = this;
    const tell = (dropped) => {
      const box = editor.view.dom.closest(".prose-editor");
      box.querySelector(".paste-notice")?.remove();
      const said = Object.entries(dropped).filter(([, number]) => number).map(([name, number]) => `${words[name]} (${number})`);
      if (said.length) box.append(crel("p", { className: "paste-notice help", role: "status", textContent: `${words.dropped} ${said.join(", ")}` }));
    };
    return [new Plugin({
      props: {
        transformPastedHTML(html) {
          // What comes from this editor or its sister needs no cleaning.
          if (html.includes("data-pm-slice")) return html;
          const result = cleaned(html);
          tell(result.dropped);
          return result.html;
        },
      },
    })];
  },
});
