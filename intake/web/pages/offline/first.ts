/** The first screen of a report on the offline page: what happens, and what is protected and what not. */

import { lastDayOf } from "../../protocol/sealed_file.ts";
import { today } from "../../reach/clock.ts";
import { button, el, list, p, section, show } from "../parts/elements.ts";
import { onBrowserBack } from "../parts/leaving.ts";
import { fill, writtenDay } from "../parts/wording.ts";

/** Shows the screen; `start` leads to the first question, `back` to the choice. */
export function showOfflineFirst(start: () => void, back: () => void): void {
  onBrowserBack(back);
  const until = { date: writtenDay(lastDayOf(today())) };
  show(
    _("Write a report"),
    p(_("You can report here without saying who you are.")),
    section(
      _("What happens with your report"),
      list(
        [
          _("You answer a few questions. Only what happened is required."),
          _(
            "You get eight words, your codename. Write them down: they are the only way to the replies.",
          ),
          _("This page encrypts your answers and files into one file, and you save it."),
          fill(
            _(
              "You send that file with a form, from any device and any place. For a file made today the last day is {date}.",
            ),
            until,
          ),
        ],
        "ol",
      ),
    ),
    section(
      _("What is protected"),
      list([
        _(
          "What you write and attach: only those you choose in the office can decrypt it. The server and your provider cannot.",
        ),
        _(
          "This page cannot connect to anything, and it stores nothing but the file that you save.",
        ),
        _("Replies: only your codename opens them."),
      ]),
    ),
    section(
      _("What is not protected"),
      list([
        _(
          "A device of your employer can record all you see and type. This page cannot know whose device this is. Use your own.",
        ),
        _("Files carry hidden data, such as author, device and place. They are sent as they are."),
        _(
          "The sealed file shows its size and the week in which it was made, to whoever finds it and to the server.",
        ),
        _(
          "Whoever watches the line from which you send it can see that. With Tor Browser they see only Tor.",
        ),
      ]),
    ),
    el(
      "div",
      { class: "buttons" },
      button(_("Start the report"), "main", start),
      button(_("Back"), "plain", back),
    ),
  );
}
