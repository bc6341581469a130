/* eslint-disable @typescript-eslint/no-deprecated -- one of its forms is, and all of them are passed on */

/**
 * The page's policy lets in styles that carry the value of this very page. Components write theirs into it in many
 * places, and some of them forget the value they were given; so every style element has it from the start.
 */
export function allowStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
  const create = document.createElement.bind(document);
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
