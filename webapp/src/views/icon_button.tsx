/** A button that is an icon, and leaves focus and selection where they are. */
import type { JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";
import { keepFocus } from "./key.tsx";

interface IconButtonProps {
  readonly name: string;
  readonly icon: IconName;
  readonly label: string;
  readonly act: () => void;
}

export function IconButton({ name, icon, label, act }: IconButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class="button-icon"
      data-testid={name}
      aria-label={label}
      onPointerDown={keepFocus}
      onMouseDown={keepFocus}
      onClick={act}
    >
      <Icon name={icon} />
    </button>
  );
}
