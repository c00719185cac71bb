/** Keeps a terminal from answering programs: the daemon's model answers, so a second answer would be typed text. */
import type { IParser } from "@xterm/xterm";

const swallow = (): boolean => true;

/** Colours are set by the same sequences that ask for them; only a question is swallowed. */
const swallowQuestion = (data: string): boolean => data.split(";").includes("?");

/** Register handlers for each query that the terminal would answer. */
export function silenceQueries(parser: IParser): void {
  const queries = [
    { final: "c" }, // primary device attributes
    { prefix: ">", final: "c" }, // secondary
    { prefix: "=", final: "c" }, // tertiary
    { final: "n" }, // device status and cursor position
    { prefix: "?", final: "n" }, // the same, DEC's
    { intermediates: "$", final: "p" }, // mode reports, ANSI's
    { prefix: "?", intermediates: "$", final: "p" }, // and DEC's
    { prefix: ">", final: "q" }, // name and version
    { prefix: "?", final: "u" }, // keyboard protocol
    { final: "x" }, // terminal parameters
    { final: "t" }, // window reports
  ];
  for (const query of queries) parser.registerCsiHandler(query, swallow);
  parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow); // settings
  parser.registerDcsHandler({ intermediates: "+", final: "q" }, swallow); // capabilities
  for (const colour of [4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]) {
    parser.registerOscHandler(colour, swallowQuestion);
  }
}

/** Reports of the window's focus are not what a person typed either. */
export function isFocusReport(data: string): boolean {
  return data === "\x1b[I" || data === "\x1b[O";
}
