/** Controls of C0 and C1, and the characters that turn the direction of text around so that it reads as something else. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from outside (names, reasons) on one line: white space becomes a blank, and nothing in it can steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\r\n|[\n\r\t]/g, ' ').replace(UNPRINTABLE, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
