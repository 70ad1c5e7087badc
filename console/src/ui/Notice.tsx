import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";

interface NoticeProps {
  readonly tone: "info" | "warn" | "danger" | "ok";
  readonly role?: "alert" | "status" | "note";
  readonly title?: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

export function Notice({ tone, role = "note", title, children, actions }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={role}>
      <Icon name={tone === "ok" ? "check" : tone === "info" ? "info" : "warn"} />
      <div className="notice-text">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
        {actions && <div className="row notice-actions">{actions}</div>}
      </div>
    </div>
  );
}
