/**
 * The first screen: who asks, what happens, and what is protected on this device and line and what not.
 *
 * All of it stands in the page's own bytes: who only looks at it asks the server for nothing (SPEC 11.5).
 */

import { button, el, list, p, section, show, showFoot } from "../parts/elements.ts";
import { comparison } from "../parts/fingerprint.ts";
import { isOnion, pageMeta, pageOffice } from "../parts/opening.ts";
import { fill } from "../parts/wording.ts";

/** Shows the first screen under a heading; `start` leads to the first question. */
export function showFirst(heading: string, start: () => void): void {
  show(
    heading,
    p(
      _(
        "You can report here without saying who you are. This page asks for no name and no account.",
      ),
    ),
    section(
      _("What happens with your report"),
      list(
        [
          _("You answer a few questions. Only what happened is required."),
          _(
            "This page encrypts your answers and files on this device. The server stores what it cannot read.",
          ),
          _(
            "You get eight words, your codename. Write them down: they are the only way to the replies.",
          ),
          _(
            "The office reads reports on a machine that is never online, and replies to your codename.",
          ),
        ],
        "ol",
      ),
      p(el("a", { href: "replies/" }, _("You have a codename already? Read your replies"))),
    ),
    section(_("What is protected"), list(protectedThings())),
    section(_("What is not protected"), list(unprotectedThings())),
    section(
      _("Leaving in a hurry"),
      p(
        _(
          "The Esc key, or the button at the top, empties this page at once and shows a blank one. What you typed is gone then. It does not clear the browser’s history.",
        ),
      ),
    ),
    section(_("Is this the right office?"), ...comparison(pageOffice())),
    el("div", { class: "buttons" }, button(_("Start the report"), "main", start)),
  );
  showFoot();
}

function protectedThings(): string[] {
  return [
    _(
      "What you write and attach: only those you choose in the office can decrypt it. The server and your provider cannot.",
    ),
    _(
      "Who you are, as far as you do not write it: this page sets no cookie and stores nothing on this device.",
    ),
    _("Replies: only your codename opens them."),
  ];
}

function unprotectedThings(): string[] {
  return [
    ...lineThings(),
    _(
      "A device or network of your employer can record all you see and type. This page cannot know whose device this is. Use your own, away from work.",
    ),
    _(
      "The browser’s history shows the address of this page, unless this is a private window. This page cannot know that either.",
    ),
    _("Files carry hidden data, such as author, device and place. They are sent as they are."),
    _(
      "This page itself comes from the server. Whoever controls the server could serve you a false one.",
    ),
  ];
}

function lineThings(): string[] {
  if (isOnion()) {
    return [_("You are using Tor: your provider can see that, but not which page you visit.")];
  }
  const things = [
    _(
      "You are not using Tor, as far as this page can tell: its address is an ordinary one. Your provider can see that you visited this page, when, and how much you sent.",
    ),
  ];
  const onion = pageMeta("onion");
  if (onion)
    things.push(fill(_("With Tor Browser you can open {address} instead."), { address: onion }));
  if (!isSecureContext) {
    things.push(
      _(
        "This connection is not encrypted (http). Someone on the line could change this page before it reaches you.",
      ),
    );
  }
  return things;
}
