/** The dashboard: the rooms on the side or, where that is narrow, on top; sessions are the app's own screens. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AppUpdate } from "../app_update.ts";
import type { Entrance } from "../entrance.ts";
import { say } from "../strings.ts";
import { Icon, type IconName } from "../views/icons.tsx";
import { Root } from "../views/root.tsx";
import type { DashboardApi } from "./api.ts";
import { AuditPage } from "./audit.tsx";
import { MessagesPage } from "./messages.tsx";
import { PeersPage } from "./peers.tsx";
import { PhonesPage } from "./phones.tsx";
import { SharedValuesPage } from "./shared_values.tsx";
import { TasksPage } from "./tasks.tsx";

const ROOMS = [
  ["sessions", "terminal"],
  ["peers", "laptop"],
  ["values", "snippet"],
  ["messages", "message"],
  ["tasks", "check"],
  ["phones", "phone"],
  ["audit", "text"],
] as const satisfies readonly (readonly [string, IconName])[];
type Room = (typeof ROOMS)[number][0];

interface FrameProps {
  readonly entrance: Entrance;
  readonly api: DashboardApi;
  readonly name: string;
  readonly appVersion: string;
  readonly update: AppUpdate;
}

export function Frame({ entrance, api, name, appVersion, update }: FrameProps): JSX.Element {
  const [room, setRoom] = useState<Room>("sessions");
  const isInTerminal = useRoute(entrance) === "terminal" && room === "sessions";
  return (
    <div class={`dashboard ${isInTerminal ? "dashboard-terminal" : ""}`}>
      <nav class="dashboard-rooms" aria-label={say("dashboard.rooms")}>
        <p class="dashboard-name">{name}</p>
        {ROOMS.map(([one, icon]) => (
          <button
            key={one}
            type="button"
            data-testid={`room-${one}`}
            aria-current={one === room ? "page" : undefined}
            onClick={() => setRoom(one)}
          >
            <Icon name={icon} />
            <span>{say(`dashboard.${one}`)}</span>
          </button>
        ))}
      </nav>
      {room === "sessions" ? (
        <Root entrance={entrance} appVersion={appVersion} update={update} />
      ) : (
        <RoomPage room={room} api={api} />
      )}
    </div>
  );
}

function RoomPage({ room, api }: { room: Exclude<Room, "sessions">; api: DashboardApi }): JSX.Element {
  switch (room) {
    case "peers":
      return <PeersPage api={api} />;
    case "values":
      return <SharedValuesPage api={api} />;
    case "messages":
      return <MessagesPage api={api} />;
    case "tasks":
      return <TasksPage api={api} />;
    case "phones":
      return <PhonesPage api={api} />;
    case "audit":
      return <AuditPage api={api} />;
  }
}

function useRoute(entrance: Entrance): string {
  const [screen, setScreen] = useState<string>(entrance.state.route.screen);
  useEffect(() => entrance.subscribe(() => setScreen(entrance.state.route.screen)), [entrance]);
  return screen;
}
