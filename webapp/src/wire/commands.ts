/** What a new session can be: the messages about agents and saved commands. */
import { type Fields, flag, integer, list, nullable, text, texts } from "./fields.ts";

/** A program that can be opened by its id; `install` is the command line that makes it available. */
export interface AgentInfo {
  readonly id: string;
  readonly label: string;
  readonly available: boolean;
  readonly install: string | null;
}

/** A command line that the machine keeps under a label; it is opened by its id. */
export interface SavedCommand {
  readonly id: string;
  readonly label: string;
  readonly arguments: readonly string[];
  readonly directory: string | null;
}

export type CommandRequest =
  | { readonly type: "agents.list" }
  | { readonly type: "commands.list" }
  | {
      readonly type: "commands.save";
      /** The id of the one that it replaces. */
      readonly command?: string;
      readonly label: string;
      readonly arguments: readonly string[];
      readonly directory?: string;
    }
  | { readonly type: "commands.remove"; readonly command: string }
  | { readonly type: "commands.move"; readonly command: string; readonly position: number };

export type Agents = { readonly type: "agents"; readonly id: number; readonly agents: readonly AgentInfo[] };

/** An answer with `id`, or pushed without. */
export type Commands = {
  readonly type: "commands";
  readonly id: number | null;
  readonly commands: readonly SavedCommand[];
};

const MAX_U32 = 0xffff_ffff;

export function readAgent(fields: Fields): AgentInfo {
  return {
    id: text(fields, "id"),
    label: text(fields, "label"),
    available: flag(fields, "available"),
    install: nullable(fields, "install", text),
  };
}

export function readAgents(fields: Fields): Agents {
  return { type: "agents", id: integer(fields, "id", 0, MAX_U32), agents: list(fields, "agents", readAgent) };
}

export function readCommands(fields: Fields): Commands {
  return {
    type: "commands",
    id: nullable(fields, "id", (from, name) => integer(from, name, 0, MAX_U32)),
    commands: list(fields, "commands", readCommand),
  };
}

function readCommand(fields: Fields): SavedCommand {
  return {
    id: text(fields, "id"),
    label: text(fields, "label"),
    arguments: texts(fields, "arguments"),
    directory: nullable(fields, "directory", text),
  };
}
