import type { TenantStatus } from "../../api/types.ts";
import type { Tone } from "../../ui/Mark.tsx";

export const tenantStatusTones: Record<TenantStatus, Tone> = {
  provisioning: "busy",
  active: "ok",
  suspended: "warn",
  moving: "busy",
  deleting: "danger",
  erasing: "busy",
  erased: "quiet",
};
