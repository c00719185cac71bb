/** Where a new session can begin: the messages about former places and about directories. */
import { type Fields, flag, integer, list, nullable, text } from "./fields.ts";

/** A directory in which a session was opened; `there` tells whether it still is one. */
export interface Place {
  readonly path: string;
  readonly there: boolean;
}

/** A subdirectory; `link` is where it leads if it is a symbolic link. */
export interface DirectoryEntry {
  readonly name: string;
  readonly link: string | null;
}

export type DirectoryRequest =
  | { readonly type: "places.list" }
  | { readonly type: "directories.list"; readonly path?: string; readonly hidden?: boolean };

export type Places = {
  readonly type: "places";
  readonly id: number;
  readonly home: string;
  readonly places: readonly Place[];
};

export type Directories = {
  readonly type: "directories";
  readonly id: number;
  readonly path: string;
  readonly parent: string | null;
  readonly entries: readonly DirectoryEntry[];
  /** How many begin with a dot, whether they are in the list or not. */
  readonly hidden: number;
  /** How many are not in the list for want of room. */
  readonly left_out: number;
};

const MAX_U32 = 0xffff_ffff;

export function readPlaces(fields: Fields): Places {
  return {
    type: "places",
    id: integer(fields, "id", 0, MAX_U32),
    home: text(fields, "home"),
    places: list(fields, "places", (place) => ({ path: text(place, "path"), there: flag(place, "there") })),
  };
}

export function readDirectories(fields: Fields): Directories {
  return {
    type: "directories",
    id: integer(fields, "id", 0, MAX_U32),
    path: text(fields, "path"),
    parent: nullable(fields, "parent", text),
    entries: list(fields, "entries", (entry) => ({
      name: text(entry, "name"),
      link: nullable(entry, "link", text),
    })),
    hidden: integer(fields, "hidden"),
    left_out: integer(fields, "left_out"),
  };
}
