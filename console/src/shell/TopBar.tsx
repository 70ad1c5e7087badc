import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAction } from "../api/use-action.ts";
import { closeSession, sessionQuery } from "../features/session/queries.ts";
import { useLocale } from "../messages/LocaleProvider.tsx";
import { locales } from "../messages/locale.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { themes, useTheme } from "../ui/UiProvider.tsx";
import { Breadcrumbs } from "./Breadcrumbs.tsx";
import { WhereAmI } from "./WhereAmI.tsx";

interface TopBarProps {
  readonly isNavigationOpen: boolean;
  readonly onNavigation: () => void;
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

export function TopBar({ isNavigationOpen, onNavigation, onPalette, onKeys }: TopBarProps) {
  const { messages } = useLocale();
  const { shell } = messages;
  return (
    <header className="bar">
      <span className="bar-menu">
        <IconButton
          icon={isNavigationOpen ? "close" : "menu"}
          label={isNavigationOpen ? shell.closeNavigation : shell.openNavigation}
          aria-expanded={isNavigationOpen}
          onClick={onNavigation}
        />
      </span>
      <Breadcrumbs />
      <div className="bar-end">
        <WhereAmI />
        <button
          type="button"
          className="search-button"
          onClick={onPalette}
          aria-keyshortcuts="Control+K Meta+K"
        >
          <Icon name="search" size={14} />
          <span className="search-button-text">{shell.search}</span>
          <kbd>{isMac() ? "⌘K" : "Ctrl K"}</kbd>
        </button>
        <OperatorMenu onKeys={onKeys} />
      </div>
    </header>
  );
}

function OperatorMenu({ onKeys }: { onKeys: () => void }) {
  const { messages, locale, setLocale } = useLocale();
  const { shell } = messages;
  const { theme, setTheme } = useTheme();
  const { data: session } = useQuery(sessionQuery);
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useAction({
    run: closeSession,
    touches: [],
    onDone: async () => {
      await navigate({ to: "/sign-in" });
      client.clear();
    },
  });
  const name = session?.operator.name ?? "";
  return (
    <ActionMenu
      label={shell.operatorMenu(name)}
      trigger={
        <Button look="bare" icon="person" aria-label={shell.operatorMenu(name)}>
          <span className="operator-name">{name}</span>
          <Icon name="down" size={12} />
        </Button>
      }
      groups={[
        {
          title: shell.theme,
          actions: themes.map((name) => ({
            label: shell.themes[name],
            isChosen: name === theme,
            onSelect: () => setTheme(name),
          })),
        },
        {
          title: shell.language,
          actions: locales.map((name) => ({
            label: shell.languages[name],
            isChosen: name === locale,
            onSelect: () => void setLocale(name),
          })),
        },
        { actions: [{ label: shell.palette.showKeys, onSelect: onKeys }] },
        {
          title: session && shell.serverVersion(session.version),
          actions: [{ label: shell.signOut, onSelect: () => signOut.mutate(undefined) }],
        },
      ]}
    />
  );
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
