import type { Tone } from "../../ui/Mark.tsx";

export const outcomeTones: Readonly<Record<string, Tone>> = {
  allowed: "ok",
  denied: "warn",
  failed: "danger",
};
