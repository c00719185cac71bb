/** Lets xterm.js style itself where the page's policy forbids <style> elements: as constructed style sheets. */

/** What xterm.js asks of a style element. */
interface StyleStandIn {
  textContent: string;
  remove(): void;
}

/**
 * From now on, `createElement("style")` on this document makes a stand-in whose text becomes a constructed sheet.
 * xterm.js takes only some of its style elements from its `documentOverride`, so the document itself has to do it.
 */
export function replaceStyleElements(target: Document): void {
  const original = target.createElement.bind(target);
  const createElement = (name: string, options?: ElementCreationOptions): HTMLElement =>
    name === "style" ? standIn(target, original("span")) : original(name, options);
  Object.defineProperty(target, "createElement", {
    value: createElement,
    configurable: true,
    writable: true,
  });
}

function standIn(target: Document, element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet();
  target.adoptedStyleSheets.push(sheet);
  element.hidden = true;
  const behaviour: StyleStandIn = {
    get textContent() {
      return "";
    },
    set textContent(css: string) {
      sheet.replaceSync(css);
    },
    remove() {
      target.adoptedStyleSheets = target.adoptedStyleSheets.filter((other) => other !== sheet);
      Element.prototype.remove.call(element);
    },
  };
  return Object.defineProperties(element, Object.getOwnPropertyDescriptors(behaviour));
}
