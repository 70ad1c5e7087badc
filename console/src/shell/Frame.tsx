import { Link, Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Icon } from "../ui/Icon.tsx";
import { KeysHelp } from "./KeysHelp.tsx";
import { Palette } from "./Palette.tsx";
import { RouteAnnouncer } from "./RouteAnnouncer.tsx";
import { TopBar } from "./TopBar.tsx";
import { useKeys } from "./use-keys.ts";
import { type Wing, WingProvider } from "./wing.ts";
import "./frame.css";

/** What every signed-in page stands in. */
export function Frame({ wing }: { wing: Wing }) {
  const messages = useMessages();
  const { shell } = messages;
  const [isNavigationOpen, setIsNavigationOpen] = useState(false);
  const [opened, setOpened] = useState<"palette" | "keys" | null>(null);
  useKeys(wing, { onPalette: () => setOpened("palette"), onKeys: () => setOpened("keys") });

  return (
    <WingProvider value={wing}>
      <div className="frame">
        <a className="skip-link" href="#content">
          {shell.skipToContent}
        </a>
        <nav
          className="navigation"
          aria-label={shell.mainNavigation}
          data-open={isNavigationOpen || undefined}
        >
          <div className="product">{wing.head}</div>
          <ul>
            {wing.rooms.map((room) => (
              <li key={room.to}>
                <Link
                  to={room.to}
                  className="navigation-link"
                  activeOptions={{ exact: room.isHome === true, includeSearch: false }}
                  onClick={() => setIsNavigationOpen(false)}
                >
                  <Icon name={room.icon} />
                  {room.label(messages)}
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
          {wing.notice}
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
    </WingProvider>
  );
}
