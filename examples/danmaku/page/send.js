// The phone: one comment at a time, by POST.

const $ = (id) => document.getElementById(id);
const wrong = {
  400: "The wall takes 1 to 60 characters that can be seen.",
  401: "The wall needs its cookie. Allow it, and open this page again.",
  429: "Too fast. Wait a moment.",
};

$("text").oninput = () => { $("room").textContent = String(60 - $("text").value.length); };

$("form").onsubmit = async (e) => {
  e.preventDefault();
  const q = new FormData($("form"));
  const comment = { text: $("text").value, mode: q.get("mode"), colour: q.get("colour") };
  try {
    const r = await fetch("/comet/send", { method: "POST", body: JSON.stringify(comment) });
    $("result").textContent = r.ok ? `On its way: ${comment.text}` : wrong[r.status] ?? `That did not work (${r.status}).`;
    $("result").classList.toggle("bad", !r.ok);
    if (!r.ok) return;
    $("text").value = "";
    $("text").oninput();
  } catch {
    $("result").textContent = "There is no connection. Nothing was sent.";
    $("result").classList.add("bad");
  }
  $("text").focus();
};
