/** How a message leaves the page: to the server, or into a file. The screens that ask are the same. */

import type { Day } from "../../protocol/names.ts";
import type { SourceKeys } from "../../protocol/source_keys.ts";
import type { Office } from "../../reach/office.ts";
import type { Outgoing } from "../../sending/sealing.ts";

/** Makes the keys; calls `tell` with the part that is done, from 0 to 1. */
export type KeyMaker = (tell: (done: number) => void) => Promise<SourceKeys>;

export interface Delivery {
  /** On the button that begins it. */
  readonly button: string;

  /**
   * Delivers a message before the person's eyes. Returns the day that it carries, or null where the
   * person went back; `goBack` has been called then.
   */
  deliver(
    outgoing: Outgoing,
    makeKeys: KeyMaker,
    office: Office,
    goBack: () => void,
  ): Promise<Day | null>;
}

export interface ReportDelivery extends Delivery {
  /** Said above the button. */
  readonly note: string;
  /** Above the codename, once the report was delivered. */
  readonly codenameHeading: string;

  /** Shows what happens next, once the codename was written down. */
  after(office: Office, day: Day): void;
}

export interface FollowUpDelivery extends Delivery {
  /** Said above the button; empty where there is nothing to say. */
  readonly note: string;

  /** Shows what happens next; `leave` goes back to the replies. */
  after(office: Office, day: Day, leave: () => void): void;
}
