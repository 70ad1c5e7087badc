import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useAction } from "../api/use-action.ts";
import { closeSession } from "../features/session/queries.ts";
import { useLocale } from "../messages/LocaleProvider.tsx";
import { locales } from "../messages/locale.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Button, IconButton } from "../ui/Button.tsx";
import { Icon } from "../ui/Icon.tsx";
import { themes, useTheme } from "../ui/UiProvider.tsx";
import { Breadcrumbs } from "./Breadcrumbs.tsx";
import { useWing } from "./wing.ts";

interface TopBarProps {
  readonly isNavigationOpen: boolean;
  readonly onNavigation: () => void;
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

export function TopBar({ isNavigationOpen, onNavigation, onPalette, onKeys }: TopBarProps) {
  const { messages } = useLocale();
  const { shell } = messages;
  const wing = useWing();
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
        {wing.whereabouts}
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
        <PersonMenu onKeys={onKeys} />
      </div>
    </header>
  );
}

function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { messages, locale, setLocale } = useLocale();
  const { shell } = messages;
  const { theme, setTheme } = useTheme();
  const { person, signInPath } = useWing();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useAction({
    run: closeSession,
    touches: [],
    onDone: async () => {
      await navigate({ to: signInPath });
      client.clear();
    },
  });
  return (
    <ActionMenu
      label={person.label}
      trigger={
        <Button look="bare" icon="person" aria-label={person.label}>
          <span className="operator-name">{person.name}</span>
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
        {
          actions: [
            ...person.links.map(({ label, to }) => ({ label, onSelect: () => void navigate({ to }) })),
            { label: shell.palette.showKeys, onSelect: onKeys },
          ],
        },
        {
          title: person.note,
          actions: [{ label: shell.signOut, onSelect: () => signOut.mutate(undefined) }],
        },
      ]}
    />
  );
}

function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
