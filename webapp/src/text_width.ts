/** How wide text is in cells: enough to foresee a height, the terminal itself measures exactly. */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/gu;

/** Return the number of cells; characters of East Asian scripts take two. */
export function cellWidth(text: string): number {
  let wide = 0;
  for (const _ of text.matchAll(WIDE)) wide += 1;
  return text.length + wide; // an emoji is two cells, and two in a string's length
}
