/** What can be done with a session beside typing: search, text, the font's size, the sessions beside it. */
import type { JSX } from "preact";
import { say } from "../strings.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Sheet } from "./sheet.tsx";

export interface MenuItem {
  readonly name: string;
  readonly icon: IconName;
  readonly label: string;
  readonly act: () => void;
  /** The menu stays open, for another tap. */
  readonly repeats?: boolean;
}

interface MenuProps {
  readonly items: readonly MenuItem[];
  readonly close: () => void;
}

export function TerminalMenu({ items, close }: MenuProps): JSX.Element {
  return (
    <Sheet name="terminal-menu" title={say("menu.label")} close={close}>
      <div class="menu">
        {items.map(({ name, icon, label, act, repeats }) => (
          <button
            key={name}
            type="button"
            class="menu-item"
            data-testid={`menu-${name}`}
            onClick={() => {
              if (!repeats) close();
              act();
            }}
          >
            <Icon name={icon} />
            {label}
          </button>
        ))}
      </div>
    </Sheet>
  );
}
