/** The kinds of things that something can be done to. */
export const domains = ['CLUSTER', 'HOST', 'TASK', 'ALARM', 'PACKAGE', 'OBPROXY'] as const;

export type Domain = (typeof domains)[number];

/** What can be done. */
export const actions = ['READ', 'CREATE', 'UPDATE', 'DELETE'] as const;

export type Action = (typeof actions)[number];

/** What a text such as `CLUSTER:21:UPDATE` grants; `*` stands for all of them. */
export interface Pattern {
  readonly domain: Domain | '*';
  readonly id: number | '*';
  readonly action: Action | '*';
}

/** Reads `DOMAIN:id:ACTION`, each part or `*`; an id is a whole number from 1. Undefined for any other text. */
export function parsedPattern(text: string): Pattern | undefined {
  const [domainText, idText = '', actionText, ...more] = text.split(':', 4);
  const domain = oneOf([...domains, '*'], domainText);
  const action = oneOf([...actions, '*'], actionText);
  const id = idText === '*' ? idText : wholeNumber(idText);
  if (domain === undefined || id === undefined || action === undefined || more.length > 0) return undefined;
  return { domain, id, action };
}

function oneOf<Word extends string>(words: readonly Word[], text: string | undefined): Word | undefined {
  return words.find((word) => word === text);
}

function wholeNumber(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
