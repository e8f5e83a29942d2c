// The little that the page's script uses of a browser. The compiler's own library of browser types would make `document`
// and all else known in every file of this package.

export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  value: string;
  tabIndex: number;
  readonly children: ArrayLike<PageElement>;
  append(...children: readonly (PageElement | string)[]): void;
  replaceChildren(...children: readonly PageElement[]): void;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>;
  closest(selector: string): PageElement | null;
  getBoundingClientRect(): { left: number; top: number; width: number; height: number };
  focus(options?: { preventScroll?: boolean }): void;
  scrollIntoView(options: { block: 'nearest' }): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

export interface PageEvent {
  readonly key: string;
  readonly target: PageElement;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
}

export interface PageDocument {
  readonly activeElement: PageElement | null;
  createElement(name: string): PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

export interface PageWindow {
  readonly location: { hash: string };
  addEventListener(type: string, listener: () => void): void;
}
