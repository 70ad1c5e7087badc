import { createContext, type ReactNode, use, useCallback, useState } from "react";
import { Icon } from "./Icon.tsx";

const visibleMs = 5_000;
const shownMax = 3;

const ToastContext = createContext<(text: string) => void>(() => {});

/** Says that an act succeeded. Failures stand where the act was, never here. */
export function Toaster({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly { id: number; text: string }[]>([]);
  const show = useCallback((text: string) => {
    const id = performance.now();
    setToasts((current) => [...current.slice(1 - shownMax), { id, text }]);
    setTimeout(() => setToasts((current) => current.filter((toast) => toast.id !== id)), visibleMs);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status">
        {toasts.map((toast) => (
          <div key={toast.id} className="toast">
            <Icon name="check" />
            {toast.text}
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

export function useToast(): (text: string) => void {
  return use(ToastContext);
}
