/** Text in HTML and XML, in elements and in attributes: none of it is read as markup. */
export const escapeMarkup = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
