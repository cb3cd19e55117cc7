// How hands reach the sheet: pointer (mouse, finger, pen) and keyboard.

export function drawByPointer(sheet) {
  const { canvas } = sheet;
  let pointer = null; // the one that draws; other fingers are ignored
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    begin(event);
  });
  const begin = (event) => {
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    sheet.begin(pointOf(event, canvas));
  };
  canvas.addEventListener("pointermove", (event) => {
    if (pointer === null && event.buttons === 1 && event.pointerType !== "touch") begin(event); // pressed outside
    if (event.pointerId !== pointer || !sheet.isDrawing) return;
    const events = event.getCoalescedEvents?.() ?? [];
    sheet.extend(...(events.length ? events : [event]).map((each) => pointOf(each, canvas)));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      if (sheet.isDrawing) sheet.end();
    });
  }
}

function pointOf(event, canvas) {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 1 / 28;

// Arrows move the pen, space puts it down and lifts it, Escape lifts it, Delete clears.
export function drawByKeyboard(sheet, cursor) {
  const pen = { x: 0.5, y: 0.2 };
  const moved = () => {
    cursor.style.left = `${100 * pen.x}%`;
    cursor.style.top = `${100 * pen.y}%`;
    cursor.classList.toggle("down", sheet.isDrawing);
  };
  const keys = {
    " ": () => (sheet.isDrawing ? sheet.end() : sheet.begin({ ...pen })),
    Escape: () => sheet.isDrawing && sheet.end(),
    Delete: () => sheet.clear(),
    Backspace: () => sheet.undo(),
  };
  sheet.canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow && !keys[event.key]) return;
    event.preventDefault();
    if (arrow) move(pen, arrow, sheet);
    else keys[event.key]();
    moved();
  });
  sheet.canvas.addEventListener("blur", () => sheet.isDrawing && sheet.end());
  moved();
}

function move(pen, [dx, dy], sheet) {
  pen.x = Math.min(Math.max(pen.x + dx * STEP, 0.04), 0.96);
  pen.y = Math.min(Math.max(pen.y + dy * STEP, 0.04), 0.96);
  if (sheet.isDrawing) sheet.extend({ ...pen });
}
