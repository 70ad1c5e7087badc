import type { ReactNode } from "react";

/** What stands where there is nothing to show: why, and what to do. */
export function Blank({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="blank">
      <p className="blank-title">{title}</p>
      {children && <p className="quiet">{children}</p>}
      {action && <div className="blank-action">{action}</div>}
    </div>
  );
}
