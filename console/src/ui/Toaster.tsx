import { createContext, type ReactNode, use, useCallback, useState } from "react";
import { Icon } from "./Icon.tsx";
import { Typed } from "./Typed.tsx";

const visibleMs = 5_000;
const shownMax = 3;

export type ToastTone = "ok" | "danger";
type ShowToast = (text: string, tone?: ToastTone) => void;

const ToastContext = createContext<ShowToast>(() => {});

/** Says how an act went. A form's failures stand in the form; only a lone button's come here. */
export function Toaster({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly { id: number; text: string; tone: ToastTone }[]>([]);
  const show = useCallback((text: string, tone: ToastTone = "ok") => {
    const id = performance.now();
    setToasts((current) => [...current.slice(1 - shownMax), { id, text, tone }]);
    setTimeout(() => setToasts((current) => current.filter((toast) => toast.id !== id)), visibleMs);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status">
        {toasts.map((toast) => (
          <div key={toast.id} className="toast" data-tone={toast.tone}>
            <Icon name={toast.tone === "ok" ? "check" : "warn"} />
            <Typed text={toast.text} />
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

export function useToast(): ShowToast {
  return use(ToastContext);
}
