import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["TENANCY_URL"] ?? "http://127.0.0.1:7007";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    // The server's policy is font-src 'self' and script-src 'self': nothing may become a data: URL or inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { port: 7008, proxy: { "/v1": server } },
});
