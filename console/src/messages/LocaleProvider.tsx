import { createContext, type ReactNode, use, useMemo, useState } from "react";
import { createFormats, type Formats } from "../format/formats.ts";
import type { Messages } from "./en.ts";
import { type Locale, regionalLocale } from "./locale.ts";

interface LocaleValue {
  readonly locale: Locale;
  readonly messages: Messages;
  readonly formats: Formats;
  readonly setLocale: (locale: Locale) => Promise<void>;
}

const LocaleContext = createContext<LocaleValue | null>(null);

/** Catalogues load one by one: a reader of French never downloads English. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  switch (locale) {
    case "en":
      return (await import("./en.ts")).en;
    case "fr":
      return (await import("./fr.ts")).fr;
    default:
      return locale satisfies never;
  }
}

interface LocaleProviderProps {
  readonly initial: { readonly locale: Locale; readonly messages: Messages };
  readonly children: ReactNode;
}

export function LocaleProvider({ initial, children }: LocaleProviderProps) {
  const [current, setCurrent] = useState(initial);
  const value = useMemo<LocaleValue>(
    () => ({
      ...current,
      formats: createFormats(regionalLocale(current.locale, navigator.languages)),
      setLocale: async (locale) => {
        const messages = await loadMessages(locale);
        localStorage.setItem("tenancy.locale", locale);
        document.documentElement.lang = locale;
        setCurrent({ locale, messages });
      },
    }),
    [current],
  );
  return <LocaleContext value={value}>{children}</LocaleContext>;
}

export function useLocale(): LocaleValue {
  const value = use(LocaleContext);
  if (value === null) throw new Error("useLocale is called outside LocaleProvider");
  return value;
}

export function useMessages(): Messages {
  return useLocale().messages;
}

export function useFormats(): Formats {
  return useLocale().formats;
}
