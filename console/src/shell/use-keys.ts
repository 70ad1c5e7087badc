import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Wing } from "./wing.ts";

/** A chord is given up after this time, so that a lone `g` never surprises later. */
const chordMs = 1_200;

interface KeyHandlers {
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

export function useKeys(wing: Wing, handlers: KeyHandlers): void {
  const navigate = useNavigate();
  const latest = useRef({ ...handlers, wing });
  latest.current = { ...handlers, wing };
  useEffect(() => {
    let goUntil = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const key = event.key.toLowerCase();
      if (key === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        latest.current.onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isBusyElsewhere(event.target)) return;
      const { rooms, create } = latest.current.wing;
      const room = Date.now() < goUntil ? rooms.find((candidate) => candidate.key === key) : undefined;
      goUntil = key === "g" ? Date.now() + chordMs : 0;
      if (room) void navigate({ to: room.to });
      else if (key === "?") latest.current.onKeys();
      else if (key === "c" && create) void navigate({ to: create.to });
      else if (key === "/") focusFilter();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [navigate]);
}

function focusFilter(): void {
  document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
}

/** Typing is text, not a command; and a dialog has the keyboard to itself. */
function isBusyElsewhere(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : document.body;
  return (
    element.isContentEditable ||
    element.closest("input, textarea, select, [role=menu], [role=dialog]") !== null ||
    document.querySelector("[role=dialog][aria-modal=true]") !== null
  );
}
