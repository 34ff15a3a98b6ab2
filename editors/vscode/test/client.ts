// A double of src/client.ts: a server that remembers what it was told.

import type { Found } from "../src/find";

export const servers: FakeServer[] = [];
export const plan = { fails: false, answers: {} as Record<string, unknown> };

export class FakeServer {
  readonly calls: [string, unknown[]][] = [];
  state: "new" | "running" | "stopped" = "new";
  private listeners: ((running: boolean) => void)[] = [];

  constructor(readonly found: Found) {
    servers.push(this);
  }

  async start(): Promise<void> {
    if (plan.fails) {
      throw new Error("it does not start");
    }
    this.state = "running";
  }

  async stop(): Promise<void> {
    this.state = "stopped";
  }

  async command(name: string, args: unknown[]): Promise<unknown> {
    this.calls.push([name, args]);
    return plan.answers[name];
  }

  onState(listener: (running: boolean) => void) {
    this.listeners.push(listener);
    return { dispose: () => undefined };
  }

  change(running: boolean): void {
    for (const listener of this.listeners) {
      listener(running);
    }
  }
}

export const serve = (found: Found) => new FakeServer(found);
