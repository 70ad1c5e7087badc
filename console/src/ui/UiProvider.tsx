import {
  createTheme,
  localStorageColorSchemeManager,
  MantineProvider,
  useMantineColorScheme,
} from "@mantine/core";
import type { ReactNode } from "react";
import { Toaster } from "./Toaster.tsx";
import "@fontsource-variable/inter/wght.css";
import "./mantine.css";
import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./parts.css";

const theme = createTheme({
  respectReducedMotion: true,
  cursorType: "pointer",
  defaultRadius: "var(--radius)",
});
const storedScheme = localStorageColorSchemeManager({ key: "tenancy.theme" });

export function UiProvider({ children }: { children: ReactNode }) {
  return (
    // Variables and classes come from files, not from style elements made at run time: the content security
    // policy allows none.
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={storedScheme}
      withCssVariables={false}
      withGlobalClasses={false}
      deduplicateCssVariables={false}
    >
      <Toaster>{children}</Toaster>
    </MantineProvider>
  );
}

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export function useTheme(): { theme: Theme; setTheme: (theme: Theme) => void } {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return { theme: colorScheme, setTheme: setColorScheme };
}
