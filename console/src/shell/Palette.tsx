import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useDeferredValue, useEffect, useState } from "react";
import { tenantsQuery } from "../features/tenants/queries.ts";
import { useLocale } from "../messages/LocaleProvider.tsx";
import { locales } from "../messages/locale.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { themes, useTheme } from "../ui/UiProvider.tsx";
import { matchEntries, type PaletteEntry } from "./palette-entries.ts";
import { useWing } from "./wing.ts";

/** As many as fit without scrolling the page. */
const tenantsMax = 8;

interface PaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onKeys: () => void;
}

export function Palette({ isOpen, onClose, onKeys }: PaletteProps) {
  const { messages } = useLocale();
  return (
    <Dialog
      title={messages.shell.palette.title}
      isOpen={isOpen}
      onClose={onClose}
      closeLabel={messages.general.close}
      width={520}
    >
      <PaletteBody onClose={onClose} onKeys={onKeys} />
    </Dialog>
  );
}

function PaletteBody({ onClose, onKeys }: Omit<PaletteProps, "isOpen">) {
  const { palette } = useLocale().messages.shell;
  const { hasTenants } = useWing();
  const placeholder = hasTenants ? palette.placeholder : palette.placeholderWithoutTenants;
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const entries = useEntries(text, onKeys);
  const current = Math.min(active, entries.length - 1);
  useEffect(() => {
    document.getElementById(`palette-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [current]);

  function choose(entry: PaletteEntry | undefined) {
    if (!entry) return;
    onClose();
    entry.run();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown") setActive((current + 1) % entries.length);
    else if (event.key === "ArrowUp") setActive((current - 1 + entries.length) % entries.length);
    else if (event.key === "Enter") choose(entries[current]);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <input
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries.length > 0 ? `palette-${current}` : undefined}
        aria-label={placeholder}
        aria-autocomplete="list"
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
      />
      <div id="palette-list" role="listbox" aria-label={palette.title} className="palette-list">
        {entries.map((entry, index) => (
          // The keyboard works on the field above, which names the active entry.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above
          <div
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className="palette-entry"
            onClick={() => choose(entry)}
            onMouseMove={() => setActive(index)}
          >
            <span>{entry.label}</span>
            {entry.detail && <span className="mono quiet">{entry.detail}</span>}
            <span className="palette-kind">{palette[entry.kind]}</span>
          </div>
        ))}
      </div>
      <p role="status" className={entries.length === 0 ? "quiet" : "only-for-readers"}>
        {entries.length === 0 ? palette.nothing : palette.results(entries.length)}
      </p>
    </>
  );
}

function useEntries(text: string, onKeys: () => void): PaletteEntry[] {
  const { messages, locale, setLocale } = useLocale();
  const { shell } = messages;
  const { rooms, create, hasTenants, person } = useWing();
  const { theme, setTheme } = useTheme();
  const navigate = useNavigate();
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    ...tenantsQuery({ q, sort: "name", limit: tenantsMax }),
    enabled: hasTenants && q.length > 0,
  });

  const actions: PaletteEntry[] = [
    ...(create
      ? [
          {
            id: "create",
            kind: "action" as const,
            label: create.label,
            run: () => void navigate({ to: create.to }),
          },
        ]
      : []),
    ...rooms.map(
      (room): PaletteEntry => ({
        id: room.to,
        kind: "page",
        label: shell.palette.goTo(room.label(messages)),
        run: () => void navigate({ to: room.to }),
      }),
    ),
    ...person.links.map(
      ({ label, to }): PaletteEntry => ({
        id: to,
        kind: "page",
        label: shell.palette.goTo(label),
        run: () => void navigate({ to }),
      }),
    ),
    ...themes
      .filter((name) => name !== theme)
      .map(
        (name): PaletteEntry => ({
          id: `theme-${name}`,
          kind: "action",
          label: shell.palette.pickTheme(shell.themes[name]),
          run: () => setTheme(name),
        }),
      ),
    ...locales
      .filter((name) => name !== locale)
      .map(
        (name): PaletteEntry => ({
          id: `language-${name}`,
          kind: "action",
          label: shell.palette.pickLanguage(shell.languages[name]),
          run: () => void setLocale(name),
        }),
      ),
    { id: "keys", kind: "action", label: shell.palette.showKeys, run: onKeys },
  ];
  const tenantEntries = (q.length > 0 ? (found.data?.items ?? []) : []).map(
    (tenant): PaletteEntry => ({
      id: tenant.id,
      kind: "tenant",
      label: tenant.name,
      detail: tenant.slug,
      run: () => void navigate({ to: "/tenants/$tenantId", params: { tenantId: tenant.id } }),
    }),
  );
  return [...tenantEntries, ...matchEntries(actions, text)];
}
