/** Bytes of the text in UTF-8, without making them. */
export const utf8Length = (text: string): number => Buffer.byteLength(text, 'utf8');
