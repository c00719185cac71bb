/** What a new session can be, and how choices are called: no browser in here. */
import type { AgentInfo, SavedCommand } from "./wire/commands.ts";
import type { Place } from "./wire/directories.ts";

export const SHELL = "shell";
const COMMAND_PREFIX = "command-";

/** What a machine offers; null as long as it has not said. */
export interface Choices {
  readonly agents: readonly AgentInfo[] | null;
  readonly commands: readonly SavedCommand[] | null;
  readonly home: string | null;
  readonly places: readonly Place[] | null;
}

export const NO_CHOICES: Choices = { agents: null, commands: null, home: null, places: null };

/** What is to be opened. */
export interface Wish {
  readonly agent: string;
  /** Null for where the command begins, or home. */
  readonly directory: string | null;
  /** Empty for the machine's choice. */
  readonly name: string;
}

/** Names among the app's icons. */
export type AgentGlyph = "terminal" | "command" | "claude" | "codex" | "gemini" | "opencode";

const GLYPHS: Readonly<Record<string, AgentGlyph | undefined>> = {
  [SHELL]: "terminal",
  claude: "claude",
  codex: "codex",
  gemini: "gemini",
  opencode: "opencode",
};

/** Return the icon of an agent, or of a saved command. */
export function glyphOf(agent: string): AgentGlyph {
  return GLYPHS[agent] ?? (agent.startsWith(COMMAND_PREFIX) ? "command" : "terminal");
}

/** Return the wished-for agent's id if it can be opened, else the shell's. */
export function possibleAgent(wished: string, { agents, commands }: Choices): string {
  const isKnown =
    (agents ?? []).some(({ id, available }) => id === wished && available) ||
    (commands ?? []).some(({ id }) => id === wished);
  const isUndecided = wished.startsWith(COMMAND_PREFIX) ? commands === null : agents === null;
  return isKnown || isUndecided ? wished : SHELL;
}

/** Return a directory as people write it: `~` stands for home. */
export function shortDirectory(path: string, home: string | null): string {
  if (home === null || home === "/") return path;
  if (path === home) return "~";
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Return the path of a subdirectory. */
export function below(path: string, name: string): string {
  return path.endsWith("/") ? `${path}${name}` : `${path}/${name}`;
}
