import { type ReactNode, useEffect, useRef } from "react";
import { useLocale } from "../messages/LocaleProvider.tsx";
import { locales } from "../messages/locale.ts";
import { SelectField } from "../ui/fields.tsx";
import { themes, useTheme } from "../ui/UiProvider.tsx";
import "./entrance.css";

interface EntranceProps {
  readonly title: string;
  /** Changes with each step: the keyboard and the reader start at its first field, or its heading. */
  readonly step?: string;
  readonly children: ReactNode;
}

/** What a person stands in before they are signed in: one column, one thing to do, in their language. */
export function Entrance({ title, step = "", children }: EntranceProps) {
  const { messages, locale, setLocale } = useLocale();
  const { shell } = messages;
  const { theme, setTheme } = useTheme();
  const main = useRef<HTMLElement>(null);
  const lastStep = useRef(step);
  useEffect(() => {
    if (step !== lastStep.current) focusStart(main.current);
    lastStep.current = step;
  }, [step]);
  return (
    <div className="entrance">
      <title>{shell.titleOf(title)}</title>
      <header className="entrance-product">{shell.product}</header>
      <main ref={main} className="entrance-main">
        <h1 tabIndex={-1}>{title}</h1>
        {children}
      </main>
      <footer className="entrance-footer">
        <SelectField
          label={shell.language}
          isLabelHidden
          value={locale}
          onChange={(next) => {
            const known = locales.find((name) => name === next);
            if (known) void setLocale(known);
          }}
          choices={locales.map((name) => ({ value: name, label: shell.languages[name] }))}
        />
        <SelectField
          label={shell.theme}
          isLabelHidden
          value={theme}
          onChange={(next) => {
            const known = themes.find((name) => name === next);
            if (known) setTheme(known);
          }}
          choices={themes.map((name) => ({ value: name, label: shell.themes[name] }))}
        />
      </footer>
    </div>
  );
}

function focusStart(main: HTMLElement | null): void {
  const start = main?.querySelector<HTMLElement>("input:not([hidden])") ?? main?.querySelector("h1");
  start?.focus({ preventScroll: true });
}
