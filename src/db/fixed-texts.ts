/** The texts of all fixed statements that ran: as many as the code has, whoever calls. */
const texts = new Set<string>();

export const addFixed = (text: string): void => void texts.add(text);
export const isFixed = (text: string): boolean => texts.has(text);
