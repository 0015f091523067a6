"""What runs beside a TensorFlow 1 submission, in its process: makes its layers, gives them weights, runs sessions."""

from reference.homework.isolation.process import Limits
from reference.homework.reading.submission import Submission
from reference.homework.recipes.bench import extended

# TensorFlow takes some seconds and some gigabytes of addresses to load
ROOM = Limits(seconds=60, memory_mb=16384, processes=256)

TOOLS = """
import numpy as np
import tensorflow.compat.v1 as crosscheck_tf

CROSSCHECK_FUNCTIONS = {"relu": crosscheck_tf.nn.relu, "softmax": crosscheck_tf.nn.softmax, "identity": lambda x: x}


def crosscheck_layer(name, args, function, kwargs, x, weights):
    tf = crosscheck_tf
    if "rng" in globals():
        globals()["rng"] = np.random.RandomState(1234)
    with tf.Graph().as_default(), tf.Session() as session:
        place = tf.placeholder(tf.float32, [None, *x.shape[1:]])
        given = [*args, CROSSCHECK_FUNCTIONS[function]] if function else list(args)
        y = globals()[name](*given, **kwargs)(place)
        variables = tf.global_variables()
        session.run(tf.global_variables_initializer())
        initial = [session.run(v) for v in variables]
        free = [np.asarray(w, np.float32) for w in weights]
        for v in variables:
            index = next((i for i, w in enumerate(free) if list(w.shape) == v.shape.as_list()), None)
            if index is not None:
                v.load(free.pop(index), session)
        return {"initial": initial, "y": session.run(y, {place: x}), "left": len(free)}


def crosscheck_cost_of(y, t):
    tf = crosscheck_tf
    with tf.Graph().as_default(), tf.Session() as session:
        return session.run(crosscheck_cost(tf.constant(y, tf.float32), tf.constant(t, tf.float32)))


def crosscheck_images():
    found = {}
    for value in list(globals().values()):
        if isinstance(value, np.ndarray) and value.size in (25, 49) and value.dtype.kind in "iuf":
            side = int(value.size ** 0.5)
            found.setdefault(side, value.reshape(1, side, side, 1).astype(np.float32))
    return found


def crosscheck_example(index):
    tf = crosscheck_tf
    records = []
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tensor = tf.convert_to_tensor(globals()["crosscheck_example_%d" % index]())
        session.run(tf.global_variables_initializer())
        places = [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder"]
        op = tensor.op
        for image in crosscheck_images().values() if places else [None]:
            feed = {}
            for place in places:
                if not place.shape.is_compatible_with(image.shape):
                    break
                feed[place] = image
            if len(feed) < len(places):
                continue
            values = session.run([tensor, *op.inputs], feed)
            record = {"op": op.type, "y": values[0], "x": values[1], "w": values[2] if len(values) > 2 else None}
            for key in ("strides", "ksize"):
                record[key] = list(op.get_attr(key)) if key in op.node_def.attr else []
            record["padding"] = op.get_attr("padding").decode()
            records.append(record)
    return records
"""


def extend(submission: Submission, sources: list[str]) -> Submission:
    """The submission with these tools and sources after it."""
    return extended(submission, [TOOLS, *sources])
