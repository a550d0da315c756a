// What happens between a cut and the end of the resume. The second reader of
// the stream is not cut, so it shows what the EventSource has to make up for.

const maxKnown = 5000; // ids

const resume = { phase: "none", after: "", since: 0, took: 0, meanwhile: new Set(), replayed: 0, missed: 0, twice: 0 };

// known are the ids of events, oldest first: heard by the EventSource, or not
// since nobody listened for their type; and seen by the second reader.
const known = { heard: new Set(), seen: new Set() };

function remember(set, id) {
  set.add(id);
  if (set.size > maxKnown) set.delete(set.values().next().value);
}

// unheard gives the ids that only the second reader has.
function unheard() {
  return new Set([...known.seen].filter((id) => !known.heard.has(id)));
}

function resetResume() {
  Object.assign(resume, { phase: "none", after: "", meanwhile: new Set(), replayed: 0, missed: 0, twice: 0 });
  known.heard.clear();
  known.seen.clear();
  showResume();
}

// cut has the server end the response, and posts while it is away.
async function cut() {
  const meanwhile = byId("es-meanwhile").checked;
  byId("es-cut").disabled = true;
  await ask("events/cut/" + source.token);
  if (!meanwhile) return;
  for (const n of ["first", "second", "third"]) await post("posted while the stream was cut: the " + n);
}

// interrupted is called when the EventSource has lost its connection.
function interrupted() {
  if (resume.phase === "cut" || source.opened === 0) return;
  Object.assign(resume, {
    phase: "cut", after: source.lastId, since: performance.now(), took: 0,
    meanwhile: new Set(), replayed: 0, missed: 0, twice: 0,
  });
  announce("The connection is cut");
  showResume();
}

// resumed is called when it has one again.
function resumed() {
  if (resume.phase !== "cut") return;
  resume.phase = "replaying";
  resume.took = performance.now() - resume.since;
  resume.meanwhile = unheard();
  settleResume();
}

// received tells how an event came: replayed or live, or as a gap, which stands
// for what can't be replayed. Its id is where the stream goes on.
function received(record) {
  const repeated = known.heard.has(record.id);
  let how = "live";
  if (resume.phase === "replaying" && record.type === gapType && !resume.meanwhile.has(record.id)) {
    how = "gap";
    resume.missed = resume.meanwhile.size - resume.replayed;
  } else if (repeated) {
    resume.twice++;
  } else if (resume.phase === "replaying" && resume.meanwhile.has(record.id)) {
    how = "replayed";
    resume.replayed++;
  } else if (resume.phase === "replaying") {
    resume.missed = resume.meanwhile.size - resume.replayed; // replay comes before what is new
  }
  remember(known.heard, record.id);
  settleResume();
  return how;
}

// seen is called for each event of the second reader.
function seen(event) {
  if (event.id === "") return;
  if (!source.types.has(event.type)) {
    listenFor(event.type);
    if (source.state === "OPEN") {
      remember(known.heard, event.id); // by nobody, but it won't come again
      setLastId(event.id);
    }
  }
  remember(known.seen, event.id);
  if (resume.phase === "cut") showResume();
}

function settleResume() {
  if (resume.phase === "replaying" && resume.replayed + resume.missed >= resume.meanwhile.size) {
    resume.phase = "done";
    announce("Resumed: " + resumeText());
  }
  showResume();
}

function resumeText() {
  return [
    count(resume.replayed, "event") + " replayed",
    resume.missed === 0 ? "none missed" : resume.missed + " missed",
    resume.twice === 0 ? "none twice" : resume.twice + " twice",
  ].join(", ");
}

function showResume() {
  const box = byId("resume");
  const posted = resume.phase === "cut" ? unheard().size : resume.meanwhile.size;
  Object.assign(box.dataset, { phase: resume.phase, after: resume.after, meanwhile: posted, replayed: resume.replayed, missed: resume.missed, twice: resume.twice });
  const row = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  if (resume.phase === "none") {
    box.replaceChildren(row("Last cut", "none yet"), row("Last-Event-ID", "\u2013"), row("Meanwhile", "\u2013"), row("Result", "\u2013"));
    return;
  }
  const back = resume.phase !== "cut";
  const good = resume.missed === 0 && resume.twice === 0;
  box.replaceChildren(
    row("Last cut", back ? "away for " + milliseconds(resume.took) + " " : "waiting to reconnect\u2026 ", streamSection("9.2.3")),
    row("Last-Event-ID", el("span", { class: "mono" }, resume.after || "none"), " ", streamSection("9.2.4")),
    row("Meanwhile", count(posted, "event") + (back ? "" : " so far")),
    row("Result", resume.phase === "done" ? el("span", { class: good ? "good" : "bad" }, resumeText()) : back ? "replaying\u2026" : "\u2026"));
}
