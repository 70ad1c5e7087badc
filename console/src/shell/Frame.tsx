import { Link, Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Icon } from "../ui/Icon.tsx";
import { KeysHelp } from "./KeysHelp.tsx";
import { Palette } from "./Palette.tsx";
import { RouteAnnouncer } from "./RouteAnnouncer.tsx";
import { rooms } from "./rooms.ts";
import { TopBar } from "./TopBar.tsx";
import { useKeys } from "./use-keys.ts";
import "./frame.css";

/** What every signed-in page stands in. */
export function Frame() {
  const { shell } = useMessages();
  const [isNavigationOpen, setIsNavigationOpen] = useState(false);
  const [opened, setOpened] = useState<"palette" | "keys" | null>(null);
  useKeys({ onPalette: () => setOpened("palette"), onKeys: () => setOpened("keys") });

  return (
    <div className="frame">
      <a className="skip-link" href="#content">
        {shell.skipToContent}
      </a>
      <nav className="navigation" aria-label={shell.mainNavigation} data-open={isNavigationOpen || undefined}>
        <p className="product">{shell.product}</p>
        <ul>
          {rooms.map((room) => (
            <li key={room.name}>
              <Link to={room.to} className="navigation-link" onClick={() => setIsNavigationOpen(false)}>
                <Icon name={room.icon} />
                {shell.rooms[room.name]}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <TopBar
        isNavigationOpen={isNavigationOpen}
        onNavigation={() => setIsNavigationOpen(!isNavigationOpen)}
        onPalette={() => setOpened("palette")}
        onKeys={() => setOpened("keys")}
      />
      <main className="content" id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Palette
        isOpen={opened === "palette"}
        onClose={() => setOpened(null)}
        onKeys={() => setOpened("keys")}
      />
      <KeysHelp isOpen={opened === "keys"} onClose={() => setOpened(null)} />
      <RouteAnnouncer />
    </div>
  );
}
