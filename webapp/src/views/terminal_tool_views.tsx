/** The tool that is open on the terminal's screen: its menu, the text view, or a link that waits for a word. */
import type { JSX } from "preact";
import { copyAloud } from "../clipboard.ts";
import type { Controller } from "../controller.ts";
import { fontSizeWithin, type Settings } from "../settings.ts";
import { say } from "../strings.ts";
import type { TerminalSurface } from "../terminal.ts";
import { LinkSheet } from "./link_sheet.tsx";
import { type MenuItem, TerminalMenu } from "./terminal_menu.tsx";
import type { TerminalTools } from "./terminal_tools.ts";
import { TextView } from "./text_view.tsx";

interface ToolViewsProps {
  readonly tools: TerminalTools;
  readonly surface: TerminalSurface | null;
  readonly title: string;
  readonly controller: Controller;
  readonly settings: Settings;
}

export function TerminalToolViews(props: ToolViewsProps): JSX.Element | null {
  const { tools, surface, title, controller } = props;
  const { tool, close } = tools;
  const notify = (text: string): void => controller.notify(text);
  if (tool.open === "menu") return <TerminalMenu items={menuItems(props)} close={close} />;
  if (tool.open === "link") {
    const copy = (address: string): void => void copyAloud(address, notify);
    return <LinkSheet link={tool.link} copy={copy} close={close} />;
  }
  if (tool.open !== "text" || surface === null) return null;
  return (
    <TextView
      surface={surface}
      title={title}
      beginAtRow={tool.row}
      close={close}
      wantOlder={() => controller.terminal.wantOlder()}
      notify={notify}
    />
  );
}

function menuItems({ tools, controller, settings }: ToolViewsProps): readonly MenuItem[] {
  const resize = (pixels: number): void => {
    controller.changeSettings({ fontSizePixels: fontSizeWithin(settings.fontSizePixels + pixels) });
  };
  const neighbours: readonly MenuItem[] = [
    { name: "previous", icon: "left", label: say("menu.previous"), act: () => tools.goToNeighbour(-1) },
    { name: "next", icon: "right", label: say("menu.next"), act: () => tools.goToNeighbour(1) },
  ];
  return [
    { name: "search", icon: "search", label: say("menu.search"), act: () => tools.show({ open: "search" }) },
    {
      name: "text",
      icon: "text",
      label: say("menu.text"),
      act: () => tools.show({ open: "text", row: null }),
    },
    { name: "larger", icon: "plus", label: say("menu.larger"), act: () => resize(1), repeats: true },
    { name: "smaller", icon: "minus", label: say("menu.smaller"), act: () => resize(-1), repeats: true },
    ...(tools.hasNeighbours ? neighbours : []),
  ];
}
